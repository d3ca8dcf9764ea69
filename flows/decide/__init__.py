"""The command `coolhead decide`: what management decided on a customer."""
