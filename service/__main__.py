"""The command `plansync`."""

from service.cli.root import main

if __name__ == "__main__":
    main()
