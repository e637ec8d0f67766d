"""Who reads. Until there are accounts everybody who reaches the service is inside the office."""

from typing import Annotated

from fastapi import Depends

from service.domain.readers import EVERYBODY_INSIDE, Reader


async def requested_reader() -> Reader:
    """Return what the reader may see; accounts put the townships of a person here."""
    return EVERYBODY_INSIDE


ReaderDep = Annotated[Reader, Depends(requested_reader)]
