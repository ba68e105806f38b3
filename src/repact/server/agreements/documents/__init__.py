"""The agreement's text: contents in, PDF out. Imports no Django."""
