"""Runs statements as an administrator of the database would, apart from what the services do."""

import warnings

import aiomysql
from pymysql.err import MySQLError
from pymysql.err import Warning as MySQLWarning

from runtime.local.part import NotReady

CONNECT_SECONDS = 2


async def run_statements(*statements: str, **login: object) -> None:
    """Raises NotReady."""
    # aiomysql hands MySQL's notes to Python's warnings: each IF NOT EXISTS would be one.
    warnings.filterwarnings("ignore", category=MySQLWarning)
    try:
        connection = await aiomysql.connect(**login, connect_timeout=CONNECT_SECONDS, autocommit=True)
        try:
            async with connection.cursor() as cursor:
                for statement in statements or ("SELECT 1",):
                    await cursor.execute(statement)
        finally:
            connection.close()
    except MySQLError as error:
        raise NotReady(f"MySQL answered {error.args[0] if error.args else 'nothing'}") from None
    except (OSError, TimeoutError):
        raise NotReady from None
