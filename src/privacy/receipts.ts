import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import { CompactSign, calculateJwkThumbprint, compactVerify, exportJWK, importJWK, type JWK } from 'jose';

/** The beginning of an Ed25519 private key in PKCS #8 (RFC 8410, section 7); its 32 bytes follow. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Signs receipts as JSON Web Signatures (RFC 7515, Ed25519 by RFC 8037). The key is derived from the master key by HKDF
 * (RFC 5869), so that there is no further secret to keep, and whoever has the public one can verify a receipt without us.
 */
export function createReceipts(masterKey: Buffer) {
  const seed = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'causeway erasure receipts', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });

  async function publicKey(): Promise<JWK> {
    const key = await exportJWK(createPublicKey(privateKey));
    return { ...key, kid: await calculateJwkThumbprint(key), alg: 'EdDSA', use: 'sig' };
  }

  return {
    publicKey,

    async sign(receipt: object): Promise<string> {
      const { kid = '' } = await publicKey();
      return new CompactSign(Buffer.from(JSON.stringify(receipt)))
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'causeway-erasure+jws' })
        .sign(privateKey);
    },

    /** What was signed. Throws when it was not signed by us, or was changed since. */
    async verify(receipt: string): Promise<unknown> {
      const { payload } = await compactVerify(receipt, await importJWK(await publicKey()), { algorithms: ['EdDSA'] });
      return JSON.parse(Buffer.from(payload).toString('utf8'));
    },
  };
}

export type Receipts = ReturnType<typeof createReceipts>;
