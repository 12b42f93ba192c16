// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.EntryId;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import java.util.List;

/** Entries as a later version makes them. */
public final class LaterVersion {
    private LaterVersion() {}

    /** An entry of any kind. */
    public static WireEntry entry(Agent author, EntryHeader header, byte[] blob) {
        return sealed(author, EntryCodec.encodeHeader(header), blob);
    }

    /** An entry with a field in its header that this version does not know, whose value nests. */
    public static WireEntry withField(Agent author, EntryHeader header, byte[] blob) {
        return sealed(author, headerWithField(header), blob);
    }

    static byte[] headerWithField(EntryHeader header) {
        CborMap plain = Cbor.decodeMap("plain", EntryCodec.encodeHeader(header), CborLimits.of(4_096));
        CborMapBuilder more = CborMap.builder();
        plain.keys().forEach(each -> more.put(each, plain.require(each)));
        more.put("expires", CborMap.builder().put("at", 5).build());
        return Cbor.encode(more.build());
    }

    private static WireEntry sealed(Agent author, byte[] header, byte[] blob) {
        MerkleTree.Paths paths =
                new MerkleTree().build(List.of(EntryId.ofHeader(header).toBytes()));
        byte[] signature = author.sign(EntrySignature.message(paths.root()));
        return new WireEntry(
                EntryCodec.encodeEnvelope(new EntryEnvelope(header, signature, 0, 1, paths.paths()[0])), blob);
    }
}
