import type { CompactedDay, WarehouseAnswer, WarehouseDays, WarehousePort } from '../connectors/ports.ts';

export type Warehouse = ReturnType<typeof createWarehouseOperations>;

const queryTimeoutMs = 60_000;
const compactTimeoutMs = 600_000;
const maxRows = 1_000;

/** What operators do with the warehouse. Both throw an error that says so where there is none. */
export function createWarehouseOperations({ warehouse }: { warehouse: WarehousePort | undefined }) {
  function configured(): WarehousePort {
    if (warehouse) return warehouse;
    throw new Error(
      'no warehouse is configured: set WAREHOUSE_PATH to a folder, or WAREHOUSE_URL to s3://bucket/prefix',
    );
  }

  return {
    query: async (sql: string, days: WarehouseDays): Promise<WarehouseAnswer> =>
      configured().query(sql, { ...days, maxRows, timeoutMs: queryTimeoutMs }),

    compact: async (days: WarehouseDays): Promise<readonly CompactedDay[]> =>
      configured().compact(days, { timeoutMs: compactTimeoutMs }),
  };
}
