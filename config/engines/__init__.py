"""The engines that Tealight brings along when no others are named."""
