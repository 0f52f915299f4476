"""What a process is made of, one module for each shape in which the graph runs.

Comes below the command and the composition root, which choose a shape from the settings, and above everything that a
shape puts together. No decisions: what is granted, read and recorded is the same in all of them.
"""
