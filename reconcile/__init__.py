"""Keep a fleet of managed databases the way YAML specs say."""

__version__ = "0.1.0"
