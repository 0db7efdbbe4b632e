/** A step that does nothing. */
export const bareActivities = {
  async step(): Promise<void> {},
};
