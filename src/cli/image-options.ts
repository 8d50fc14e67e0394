/** The flags of commands that open one image, for parseArgs. */
export const IMAGE_OPTIONS = {
  policy: { type: 'string' },
  registry: { type: 'string', multiple: true },
  offline: { type: 'boolean' },
  'trusted-root': { type: 'string' },
} as const;
