// SPDX-License-Identifier: Apache-2.0
/** Which agent holds which scopes, and the set of each scope. */
package io.peerkit.gossip.internal.scope;
