"""What the pages say, from what was computed: plain values for the templates."""
