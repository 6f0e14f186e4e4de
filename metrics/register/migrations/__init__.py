"""The register's migrations, in order. Each one is applied once and never edited afterwards."""
