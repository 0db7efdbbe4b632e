/** What a person works on, as far as a title tells. */
export const jobFunctions = [
  'sales',
  'marketing',
  'customer_success',
  'product',
  'engineering',
  'data',
  'it',
  'security',
  'finance',
  'procurement',
  'legal',
  'operations',
  'hr',
  'general_management',
] as const;
export type JobFunction = (typeof jobFunctions)[number];

/** From the top. `senior` leads by knowledge and not by people; `entry` is an intern, an apprentice, a junior. */
export const seniorities = [
  'c_level',
  'owner',
  'vp',
  'head',
  'director',
  'manager',
  'senior',
  'individual',
  'entry',
] as const;
export type Seniority = (typeof seniorities)[number];

export const groupRoles = ['champion', 'decision_maker', 'economic_buyer', 'influencer', 'blocker'] as const;
export type GroupRole = (typeof groupRoles)[number];

/** What happened between a person and a company; `changed`: something did, and nobody says what, so that a group keeps nothing of it. */
export const moves = ['joined', 'left', 'promoted', 'retitled', 'changed'] as const;
export type Move = (typeof moves)[number];

/** What is read out of a title. */
export interface TitleReading {
  /** The first that the title names; null: it names none. */
  function: JobFunction | null;
  /** All that it names, in its order: a VP of sales and marketing has two. */
  functions: readonly JobFunction[];
  /** Null: there is no title. A title that says nothing of a rank is `individual`. */
  seniority: Seniority | null;
}

/** What is said of somebody who has left, in place of why they have a part. */
export const goneBecause = 'none: has left';
