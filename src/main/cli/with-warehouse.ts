import { readConfiguration } from '../../config/environment.ts';
import { createWarehouseOperations, type Warehouse } from '../../operations/warehouse.ts';
import { warehouseOf } from '../warehouse.ts';

/** The warehouse of this installation; only what changes its files needs the database, for a lock. */
export const withWarehouse = <T>(work: (warehouse: Warehouse) => Promise<T>): Promise<T> =>
  work(createWarehouseOperations({ warehouse: warehouseOf(readConfiguration()) }));
