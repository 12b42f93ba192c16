// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Headers and envelopes as deterministic CBOR maps; the keys are single letters because they stand in every entry.
 *
 * <pre>{@code
 *   header   = { a: author (32), b: blob hash (32), c?: replicas, e: epoch, k: kind, l?: links (32 each, one behind the other),
 *                n: network (32), o?: topic, r?: entry issued anew (32), s: blob size, t: time,
 *                w?: recipients (32 each, one behind the other) }
 *   envelope = { h: header bytes, i: index in the batch, n: size of the batch, p: path (32 for each hash), s: signature (64) }
 * }</pre>
 *
 * <p>Unknown keys of a header are those of a later version: they are let be, since the id covers them and the bytes are kept, and
 * the entry is passed on without being processed. Unknown keys of an envelope are refused, since nothing signs them and anybody
 * could bloat an entry with them.
 */
public final class EntryCodec {
    /** The length of an Ed25519 signature in bytes. */
    public static final int SIGNATURE_BYTES = 64;

    /** The longest header in bytes: 64 links, 16 recipients, a topic of 128 characters of three bytes, and the fixed fields. */
    static final int MAX_HEADER_BYTES = 3_584;

    /** The greatest kind; kinds that are not known are passed on without being processed. */
    private static final int MAX_KIND = 255;

    private static final int ID_BYTES = 32;

    /** Room for values of later versions, which may nest. */
    private static final CborLimits HEADER_LIMITS = new CborLimits(MAX_HEADER_BYTES, 4, 256);

    private static final CborLimits ENVELOPE_LIMITS = new CborLimits(StoredEntry.MAX_ENVELOPE_BYTES, 1, 16);
    private static final int HEADER_KEYS = 7;
    private static final int ENVELOPE_KEYS = 5;

    private EntryCodec() {}

    /** The bytes that are hashed to the id. */
    public static byte[] encodeHeader(EntryHeader header) {
        CborMapBuilder map = CborMap.builder()
                .put("a", header.author().toBytes())
                .put("b", header.blobHash().toBytes())
                .putUnsigned("e", header.epoch())
                .put("k", header.kind())
                .put("n", header.network().toBytes())
                .put("s", header.blobSize())
                .putUnsigned("t", header.time());
        if (!header.links().isEmpty()) {
            byte[] links = new byte[header.links().size() * ID_BYTES];
            for (int i = 0; i < header.links().size(); i++) {
                header.links().get(i).copyTo(links, i * ID_BYTES);
            }
            map.put("l", links);
        }
        if (!header.recipients().isEmpty()) {
            byte[] recipients = new byte[header.recipients().size() * ID_BYTES];
            for (int i = 0; i < header.recipients().size(); i++) {
                header.recipients().get(i).copyTo(recipients, i * ID_BYTES);
            }
            map.put("w", recipients);
        }
        header.replicas().ifPresent(replicas -> map.put("c", replicas));
        header.topic().ifPresent(topic -> map.put("o", topic));
        header.origin().ifPresent(origin -> map.put("r", origin.toBytes()));
        return Cbor.encode(map.build());
    }

    /**
     * Reads a header, without what later versions may have added.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    static DecodedHeader decodeHeader(byte[] encoded) {
        CborMap map = Cbor.decodeMap("header", encoded, HEADER_LIMITS);
        Optional<byte[]> links = map.optionalBytes("l", EntryHeader.MAX_LINKS * ID_BYTES);
        Optional<String> topic = map.optionalText("o", EntryHeader.MAX_TOPIC_LENGTH);
        Optional<byte[]> origin = map.optionalBytesExact("r", ID_BYTES);
        Optional<byte[]> recipients = map.optionalBytes("w", EntryHeader.MAX_RECIPIENTS * ID_BYTES);
        OptionalLong replicas = map.optionalLong("c", 1, EntryHeader.MAX_REPLICAS);
        EntryHeader header = new EntryHeader(
                NetworkId.of(map.requireBytesExact("n", ID_BYTES)),
                AgentId.of(map.requireBytesExact("a", ID_BYTES)),
                map.requireUnsigned("t"),
                map.requireUnsigned("e"),
                topic,
                map.requireInt("k", 0, MAX_KIND),
                BlobHash.of(map.requireBytesExact("b", ID_BYTES)),
                map.requireInt("s", 0, StoredEntry.MAX_BLOB_BYTES),
                links.map(packed -> readIds("links", packed, EntryId::of)).orElse(List.of()),
                origin.map(EntryId::of),
                recipients
                        .map(packed -> readIds("recipients", packed, AgentId::of))
                        .orElse(List.of()),
                replicas.isPresent() ? OptionalInt.of((int) replicas.getAsLong()) : OptionalInt.empty());
        long known = HEADER_KEYS
                + Stream.of(links, topic, origin, recipients)
                        .filter(Optional::isPresent)
                        .count()
                + (replicas.isPresent() ? 1 : 0);
        return new DecodedHeader(header, map.size() == known);
    }

    private static <T> List<T> readIds(String field, byte[] packed, Function<byte[], T> read) {
        if (packed.length == 0 || packed.length % ID_BYTES != 0) {
            throw new InvalidBytesException(
                    field + " of " + packed.length + " bytes, must be a multiple of " + ID_BYTES);
        }
        List<T> ids = new ArrayList<>(packed.length / ID_BYTES);
        for (int at = 0; at < packed.length; at += ID_BYTES) {
            ids.add(read.apply(Arrays.copyOfRange(packed, at, at + ID_BYTES)));
        }
        return ids;
    }

    /** The bytes that travel and are stored. */
    static byte[] encodeEnvelope(EntryEnvelope envelope) {
        return Cbor.encode(CborMap.builder()
                .put("h", envelope.header())
                .put("i", envelope.index())
                .put("n", envelope.size())
                .put("p", envelope.path())
                .put("s", envelope.signature())
                .build());
    }

    /**
     * Reads an envelope; the header in it is not looked into.
     *
     * @throws InvalidBytesException when it is malformed or over a bound
     */
    static EntryEnvelope decodeEnvelope(byte[] encoded) {
        CborMap map = Cbor.decodeMap("envelope", encoded, ENVELOPE_LIMITS);
        if (map.size() != ENVELOPE_KEYS) {
            throw new InvalidBytesException("envelope with " + map.size() + " keys, must have " + ENVELOPE_KEYS);
        }
        int size = map.requireInt("n", 1, MerkleTree.MAX_LEAVES);
        return new EntryEnvelope(
                map.requireBytes("h", MAX_HEADER_BYTES),
                map.requireBytesExact("s", SIGNATURE_BYTES),
                map.requireInt("i", 0, size - 1),
                size,
                map.requireBytes("p", MerkleTree.MAX_PATH * MerkleTree.HASH_BYTES));
    }

    /**
     * Reads the header in a stored envelope.
     *
     * @throws InvalidBytesException when it is malformed
     */
    public static EntryHeader headerOf(byte[] envelope) {
        return decodeHeader(decodeEnvelope(envelope).header()).header();
    }
}
