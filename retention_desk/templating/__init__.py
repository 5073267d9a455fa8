"""Django's templates, drawn quicker: the same language, the same output. The loader swaps the nodes that pages spend
their time in; docs/adr/0009 says why. Nothing but the settings and the tests names this package.
"""
