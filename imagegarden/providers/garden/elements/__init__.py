"""The things a picture is made of, one module per family. Each function draws onto a scene."""
