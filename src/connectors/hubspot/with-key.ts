/** HubSpot takes no notice of the key: the same write twice is one. It lets whoever looks at the requests tell whose they are. */
export const withKey = (key: string) => ({
  pre<T extends { setHeaderParam(name: string, value: string): void }>(context: T): Promise<T> {
    context.setHeaderParam('Idempotency-Key', key);
    return Promise.resolve(context);
  },
  post: <T>(context: T): Promise<T> => Promise.resolve(context),
});
