"""How each program is made to run: one module per program, all of one shape."""

from __future__ import annotations

from collections.abc import Mapping

from scalingo_sandbox.servers.recipes import influxdb, mariadb, mongodb, postgresql, redis
from scalingo_sandbox.servers.recipes.recipe import Recipe
from scalingo_sandbox.servers.server import Program

RECIPES: Mapping[Program, Recipe] = {
    Program.POSTGRESQL: postgresql.RECIPE,
    Program.MARIADB: mariadb.RECIPE,
    Program.INFLUXDB: influxdb.RECIPE,
    Program.REDIS: redis.RECIPE,
    Program.MONGODB: mongodb.RECIPE,
}
