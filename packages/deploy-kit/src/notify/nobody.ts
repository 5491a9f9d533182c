/** The value of `--notify` that ends notices; without the flag the destination stays as it is. */
export const NOBODY = 'off';
