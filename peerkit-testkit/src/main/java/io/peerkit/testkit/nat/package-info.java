// SPDX-License-Identifier: Apache-2.0
/** Homes behind routers in network namespaces of this machine, for this project's own tests. */
package io.peerkit.testkit.nat;
