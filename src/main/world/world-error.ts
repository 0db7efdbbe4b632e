/** Something that whoever starts the local world can put right; the message says how, so no stack is needed. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
}
