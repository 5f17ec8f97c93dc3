"""The live stream: alarms as the record raises them, to each reader only what their scope covers."""
