// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.agent;

/**
 * What a node has to spare for its network: it keeps within its bandwidth and connections itself, and tells others on its card, so that
 * they do not ask for more. Its storage is told only: a node does not stop when its store has taken so much.
 *
 * <p>What others tell is their word. Values out of bounds are brought within them, so a capacity is never wrong, and nothing is
 * ever divided by zero.
 *
 * @param storageBytes how many bytes of envelopes and blobs its store has room for, from 0 to {@link #UNLIMITED}; distribution
 *     strategies may weigh agents by it
 * @param storageLeft how many of them are free; no more than {@code storageBytes}
 * @param bytesPerSecond how many bytes of entries, chunks and what is about them it takes from peers, and gives them, in a
 *     second over some time, each way;
 *     {@value #MIN_BYTES_PER_SECOND} to {@link #UNLIMITED}
 * @param connections how many peers it stays connected to, {@value #MIN_CONNECTIONS} to {@value #MAX_CONNECTIONS}
 */
public record NodeCapacity(long storageBytes, long storageLeft, long bytesPerSecond, int connections) {
    /** As much as there is. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** With less a node could not even take part in reconciliation. */
    public static final long MIN_BYTES_PER_SECOND = 1_024;

    /** With fewer a network falls apart. */
    public static final int MIN_CONNECTIONS = 3;

    /** More are as good as no limit. */
    public static final int MAX_CONNECTIONS = 4_096;

    private static final NodeCapacity WHOLE = new NodeCapacity(UNLIMITED, UNLIMITED, UNLIMITED, MAX_CONNECTIONS);

    /** Brings the values within their bounds. */
    public NodeCapacity {
        storageBytes = Math.max(0, storageBytes);
        storageLeft = Math.max(0, Math.min(storageBytes, storageLeft));
        bytesPerSecond = Math.max(MIN_BYTES_PER_SECOND, bytesPerSecond);
        connections = Math.max(MIN_CONNECTIONS, Math.min(MAX_CONNECTIONS, connections));
    }

    /**
     * No limits but those of the machine: the default.
     *
     * @return the capacity
     */
    public static NodeCapacity unlimited() {
        return WHOLE;
    }

    /**
     * A device on battery and a paid line: 1 GiB, 64 KiB a second, 4 connections.
     *
     * @return the capacity
     */
    public static NodeCapacity phone() {
        return WHOLE.storage(1L << 30).bandwidth(65_536).connections(4);
    }

    /**
     * The same with another store.
     *
     * @param bytes all of them free
     * @return a copy
     */
    public NodeCapacity storage(long bytes) {
        return new NodeCapacity(bytes, bytes, bytesPerSecond, connections);
    }

    /**
     * The same with so much left in its store.
     *
     * @param bytes that are free
     * @return a copy
     */
    public NodeCapacity left(long bytes) {
        return new NodeCapacity(storageBytes, bytes, bytesPerSecond, connections);
    }

    /**
     * The same on another line.
     *
     * @param perSecond bytes, each way
     * @return a copy
     */
    public NodeCapacity bandwidth(long perSecond) {
        return new NodeCapacity(storageBytes, storageLeft, perSecond, connections);
    }

    /**
     * The same with so many connections.
     *
     * @param most how many peers
     * @return a copy
     */
    public NodeCapacity connections(int most) {
        return new NodeCapacity(storageBytes, storageLeft, bytesPerSecond, most);
    }

    /**
     * Whether its line is limited: such a node passes nothing on along trees.
     *
     * @return false with {@link #UNLIMITED}
     */
    public boolean isThrifty() {
        return bytesPerSecond != UNLIMITED;
    }
}
