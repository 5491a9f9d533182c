/** The keys that scripts read in snake_case, in camelCase for programs. */
export type CamelCased<T> = T extends readonly (infer Item)[]
	? readonly CamelCased<Item>[]
	: T extends object
		? { readonly [Key in keyof T as Camel<Key & string>]: CamelCased<T[Key]> }
		: T;
type Camel<Text extends string> = Text extends `${infer Head}_${infer Tail}`
	? `${Head}${Capitalize<Camel<Tail>>}`
	: Text;

export function camelCased<T>(value: T): CamelCased<T> {
	if (Array.isArray(value)) return value.map(camelCased) as CamelCased<T>;
	if (value === null || typeof value !== 'object') return value as CamelCased<T>;
	return Object.fromEntries(
		Object.entries(value).map(([key, part]) => [
			key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
			camelCased(part),
		]),
	) as CamelCased<T>;
}
