"""What the program needs of the machine: files, paths, device, memory, versions, hashes."""
