"""Knowledge: frozen models of the files under `data/`, refused in words when wrong."""
