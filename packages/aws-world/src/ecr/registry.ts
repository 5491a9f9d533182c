import { createHash } from 'node:crypto';
import { AwsError } from '../errors.ts';
import type { TaskProgram } from '../tasks/program.ts';

export interface Image {
	readonly digest: string;
	readonly tags: Set<string>;
	readonly program: TaskProgram;
	readonly architecture: 'X86_64' | 'ARM64';
	/** Unix ms. */
	readonly pushedAt: number;
	/** Unix ms; undefined while nothing was started from it. */
	pulledAt: number | undefined;
}

export interface Repository {
	readonly name: string;
	readonly uri: string;
	readonly arn: string;
	readonly immutable: boolean;
	readonly createdAt: number;
	/** By digest. */
	readonly images: Map<string, Image>;
}

export interface Push {
	/** `<registry>/<name>:<tag>`. */
	readonly uri: string;
	readonly program: TaskProgram;
	/** Default X86_64. */
	readonly architecture?: 'X86_64' | 'ARM64';
}

/** What a task gets. */
export interface Pulled {
	/** `null` for a public one. */
	readonly digest: string | null;
	readonly program: TaskProgram;
	readonly architectures: readonly Image['architecture'][];
}

/** The repositories and what `docker push` and a pulling task do to them. */
export class Registry {
	readonly repositories = new Map<string, Repository>();
	readonly #now: () => number;
	readonly #published = new Map<string, TaskProgram>();
	#pushes = 0;

	constructor(now: () => number) {
		this.#now = now;
	}

	/** Every push is another image, so it has another digest. Returns that digest. */
	push({ uri, program, architecture = 'X86_64' }: Push): string {
		const { repository, reference } = this.#find(uri);
		if (!repository) throw new AwsError('RepositoryNotFoundException', `The repository of '${uri}' does not exist`);
		const [holder] = [...repository.images.values()].filter((image) => image.tags.has(reference));
		if (holder && repository.immutable) {
			throw new AwsError(
				'ImageTagAlreadyExistsException',
				`The image tag '${reference}' already exists and is immutable`,
			);
		}
		holder?.tags.delete(reference);
		const digest = `sha256:${createHash('sha256')
			.update(`${uri} ${++this.#pushes}`)
			.digest('hex')}`;
		const pushedAt = this.#now();
		repository.images.set(digest, {
			digest,
			tags: new Set([reference]),
			program,
			architecture,
			pushedAt,
			pulledAt: undefined,
		});
		return digest;
	}

	/** An image of a public registry, for both architectures. */
	publish(uri: string, program: TaskProgram): void {
		this.#published.set(uri, program);
	}

	/** By `repo:tag` or `repo@sha256:…`; a public one as it was published. */
	pull(uri: string): Pulled | undefined {
		const published = this.#published.get(uri);
		if (published) return { digest: null, program: published, architectures: ['X86_64', 'ARM64'] };
		const { repository, reference } = this.#find(uri);
		const image = [...(repository?.images.values() ?? [])].find(
			({ digest, tags }) => digest === reference || tags.has(reference),
		);
		if (image) image.pulledAt = this.#now();
		return image && { digest: image.digest, program: image.program, architectures: [image.architecture] };
	}

	#find(uri: string): { repository: Repository | undefined; reference: string } {
		const [, base = uri, tag, digest] = /^(.*?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]+))?$/.exec(uri) ?? [];
		const repository = [...this.repositories.values()].find((candidate) => candidate.uri === base);
		return { repository, reference: digest ?? tag ?? 'latest' };
	}
}
