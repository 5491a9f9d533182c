/** Parameter Store reads `{{…}}` in a value as a reference: braces within texts are escaped. The value itself must have none such. */
export function parameterJson(value: unknown): string {
	return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
		text.replace(/[{}]/g, (brace) => `\\u00${brace.charCodeAt(0).toString(16)}`),
	);
}
