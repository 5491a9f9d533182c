/** Says that nobody is to be told any more; nothing said leaves it as it is. */
export const NOBODY = 'off';
