const REFERENCE = /\$\{\{\s*([^{}]+?)\s*\}\}/g;

/**
 * Resolves `${{NAME}}`, `${{shared.NAME}}` and `${{Service Name.NAME}}` (facts §7). The name after the last dot is the
 * variable, so that service names may contain dots. What cannot be resolved, a cycle included, becomes empty.
 */
export function renderReferences(
	value: string,
	/** Unrendered value of a variable, with the owner it was found under. */
	lookup: (owner: string | null, name: string) => { value: string; owner: string | null } | null,
	owner: string | null = null,
	/** Told of each expression that leads nowhere. */
	onMissing: (expression: string) => void = () => {},
	visiting: ReadonlySet<string> = new Set(),
): string {
	return value.replace(REFERENCE, (_match, expression: string) => {
		const dot = expression.lastIndexOf('.');
		const target = dot < 0 ? owner : expression.slice(0, dot);
		const name = expression.slice(dot + 1);
		const key = JSON.stringify([target, name]);
		const found = visiting.has(key) ? null : lookup(target, name);
		if (found) return renderReferences(found.value, lookup, found.owner, onMissing, new Set([...visiting, key]));
		onMissing(expression);
		return '';
	});
}

/** The services that a value refers to, `shared` included. */
export function referencedOwners(value: string): string[] {
	return [...value.matchAll(REFERENCE)].flatMap(([, expression = '']) => {
		const dot = expression.lastIndexOf('.');
		return dot < 0 ? [] : [expression.slice(0, dot)];
	});
}
