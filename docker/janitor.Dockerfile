# The janitor's image, run by a schedule. Its context is the folder of packed tarballs, as for the router:
#   npm run build && npm run tarballs && docker build -f docker/janitor.Dockerfile tarballs
FROM node:24-slim AS install
WORKDIR /app
COPY pulse-deploy-kit-*.tgz pulse-edge-*.tgz pulse-railway-[0-9]*.tgz /tarballs/
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund --no-package-lock /tarballs/*.tgz

FROM node:24-slim
ARG VERSION=unknown
LABEL org.opencontainers.image.title="pulse-railway-janitor" \
	org.opencontainers.image.description="Deletes drained deployments that nobody uses any more" \
	org.opencontainers.image.licenses="MIT" \
	org.opencontainers.image.version="$VERSION"
ENV NODE_ENV=production \
	PATH=/app/node_modules/.bin:$PATH
WORKDIR /app
COPY --from=install /app/node_modules ./node_modules
USER 1000:1000
CMD ["pulse-railway", "janitor", "run"]
