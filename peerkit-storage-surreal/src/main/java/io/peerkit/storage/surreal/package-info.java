// SPDX-License-Identifier: Apache-2.0
/** Keeps nodes' data in a SurrealDB server, a cluster of them, or a local one that is started on demand. */
package io.peerkit.storage.surreal;
