// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.NodeListener;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.integrate.Publisher;
import io.peerkit.gossip.internal.integrate.UserTasks;
import java.util.concurrent.Executor;

/**
 * What large blobs work with.
 *
 * @param workers runs what reads the application's streams and hashes
 */
public record BlobParts(
        NodeLoop loop,
        Transport transport,
        Storage storage,
        Publisher publisher,
        NodeListener listener,
        UserTasks tasks,
        Executor workers) {}
