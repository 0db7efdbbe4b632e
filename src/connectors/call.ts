/** Every call is bounded: it ends, with a result or a `VendorError` of kind `Timeout`, within `timeoutMs`. */
export interface Call {
  timeoutMs: number;
}

/** What a provider gave us to recognise the effect by: ids only. */
export type Receipt = Readonly<Record<string, string>>;
