"""Systems of big data: Hive, Spark, Impala, Trino, and folders of Parquet files."""

from apps.collection.connectors.bigdata.connector import BigDataConnector

__all__ = ["BigDataConnector"]
