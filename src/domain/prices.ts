/** What one answer costs at the most, in credits, by the price lists of the providers: with less left, nothing can be asked. */
export const pricesOfAnswers = { coresignal: 20, lusha: 1 } as const;
