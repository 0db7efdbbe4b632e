/** What a `postgres://` address says, in parts. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Whether it points at this machine, so that the server is ours to start. */
  local: boolean;
}

export function parseDatabaseAddress(url: string): DatabaseAddress {
  const { hostname, port, username, password, pathname } = new URL(url);
  const user = decodeURIComponent(username) || 'postgres';
  return {
    host: hostname,
    port: port === '' ? 5432 : Number(port),
    user,
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || user,
    local: hostname === '127.0.0.1' || hostname === 'localhost',
  };
}
