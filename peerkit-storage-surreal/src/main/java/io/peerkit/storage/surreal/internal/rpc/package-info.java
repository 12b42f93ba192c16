// SPDX-License-Identifier: Apache-2.0
/** SurrealDB's RPC as bytes: requests, answers, notifications of live queries, and what its errors mean. */
package io.peerkit.storage.surreal.internal.rpc;
