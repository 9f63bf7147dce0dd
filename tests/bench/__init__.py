"""The benchmark: ``make bench``. It builds its own database, asks only 127.0.0.1, and is no part of the tests."""
