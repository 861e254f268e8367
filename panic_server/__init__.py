"""The shell around `dispatch` and `geo`: storage, HTTP, live sockets, push, and the command line."""
