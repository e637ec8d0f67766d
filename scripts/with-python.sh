# Run the arguments with the first Python on this machine that wangge supports.
# A name on the PATH proves nothing (version managers leave empty ones there): each is tried.
for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
        exec "$name" "$@"
    fi
done
echo "wangge needs Python 3.11 or newer (up to 3.14), and found none: install it, for example" >&2
echo "with \`apt-get install python3\`, and start again." >&2
exit 1
