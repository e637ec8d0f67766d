"""What we do: one module per arrow of the data flow."""
