"""The portal: the front door, the REST interface, the live stream and the Dash pages."""
