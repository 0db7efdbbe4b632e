/** Every call is bounded: it ends, with a result or a `VendorError` of kind `Timeout`, within `timeoutMs`. */
export interface Call {
  timeoutMs: number;
}
