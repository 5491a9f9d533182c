/**
 * How an engine speaks to its caller, a command or a script: it tells, and it asks. Results are returned, never notified;
 * the terminal host prints everything to stderr so that stdout stays one JSON document. A recording host serves the tests.
 */
export interface Host {
	notify(message: HostMessage): void;
	/** Resolves to the default without a terminal, in CI, or when the question's default is forced by `--yes`. */
	ask(question: HostQuestion): Promise<boolean>;
	/** The same for a question that yes and no do not answer. Resolves to `yes` with `--yes`. */
	choose<Answer extends string>(question: HostChoice<Answer>): Promise<Answer>;
}

/** What a command says while it works. */
export type HostMessage =
	/** A new part of the work begins. */
	| { readonly level: 'section'; readonly text: string }
	| { readonly level: 'info' | 'success' | 'warning' | 'debug'; readonly text: string }
	/** A step of a plan began, moved on (`text` says what it waits for), or ended. `id` is unique within one run. */
	| {
			readonly level: 'step';
			readonly id: string;
			readonly state: 'started' | 'waiting' | 'done' | 'failed' | 'undone';
			readonly text: string;
	  }
	/** Output of a child process or a remote build, line by line. */
	| { readonly level: 'output'; readonly source: string; readonly text: string };

/** Budget of a question that is asked while a deploy lock is held: a terminal that is left alone must not block a rollback. */
export const LOCKED_QUESTION_MS = 300_000;

/** A question that yes and no answer. */
export interface HostQuestion {
	readonly text: string;
	/** Destructive questions default to no. */
	readonly default: boolean;
	/** Left unanswered for this long, milliseconds, it is cancelled: for a question during which others have to wait. Default never. */
	readonly budgetMs?: number;
}

/** A question with answers of its own. */
export interface HostChoice<Answer extends string = string> {
	readonly text: string;
	/** What a person types for each answer, in any case; the first is the one shown, and `''` is Enter alone. */
	readonly answers: Readonly<Record<Answer, readonly string[]>>;
	/** Taken where no person is asked. */
	readonly default: NoInfer<Answer>;
	/** Taken with `--yes`. */
	readonly yes: NoInfer<Answer>;
	/** Left unanswered for this long, milliseconds, the default is taken. Default never. */
	readonly budgetMs?: number;
}

/** Says nothing and takes every default: for programs that have no host of their own. */
export const silentHost: Host = {
	notify: () => {},
	ask: async (question) => question.default,
	choose: async (question) => question.default,
};

/** Answers yes for a program that has agreed by calling a function; what it hears stays its own. */
export const agreeing = (host: Host): Host => ({
	notify: (message) => host.notify(message),
	ask: async () => true,
	choose: (question) => host.choose(question),
});
