// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;

/** How Jackson's streaming CBOR is set up; the factory is safe for all threads. */
final class JacksonCbor {
    /**
     * Keeps no table of the keys it saw: keys come from peers, and such a table would hold on to thousands of them
     * whatever their length. Its own length limits are off because {@link CborScan} has bounded the input before.
     */
    static final CBORFactory FACTORY = CBORFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(CBORGenerator.Feature.WRITE_MINIMAL_INTS)
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private JacksonCbor() {}
}
