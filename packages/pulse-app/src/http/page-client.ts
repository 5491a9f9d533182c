import type { Directives } from '../plugin.ts';

/** Id of the script element that tells the browser client which deployment served the page. */
export const DIRECTIVES_ELEMENT_ID = '__PULSE_DIRECTIVES';

/** `<` is escaped, so that no value can end the script element. */
export function headTag(directives: Directives): string {
	const json = JSON.stringify(directives).replaceAll('<', '\\u003c');
	return `<script type="application/json" id="${DIRECTIVES_ELEMENT_ID}">${json}</script>`;
}
