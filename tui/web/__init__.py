"""The monitor in a browser: a page whose terminal is a process of the server's."""
